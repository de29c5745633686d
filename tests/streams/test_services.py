"""What settings need besides themselves."""

import pytest

from schemas.settings import Footage, Settings
from streams import services
from streams.services import Services


def test_watching_without_the_package_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(footage=Footage(watch=True))
    monkeypatch.setattr(services, "can_watch", lambda: False)
    with pytest.raises(ValueError, match=r"footage\.watch = True.*pip install 'watchfiles"):
        Services(settings).check()
    monkeypatch.setattr(services, "can_watch", lambda: True)
    Services(settings).check()
