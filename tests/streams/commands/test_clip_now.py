"""`clip`, where it cannot begin."""

from pathlib import Path

from click.testing import CliRunner

from schemas.clip_settings import Output
from schemas.settings import Footage, Settings
from streams.commands.clip import command


def test_an_output_that_is_no_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_bytes(b"")
    settings = Settings(footage=Footage(root=tmp_path), output=Output(root=output))

    done = CliRunner().invoke(
        command(settings), ["--camera", "camera1", "--at", "2026-11-24T08:23:45Z"]
    )

    assert done.exit_code == 1
    assert done.output == "Error: cannot prepare the output folder: Not a directory\n"
