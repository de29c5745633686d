"""The Dockerfile as the scratch root reads it."""

from pathlib import Path

from devtools.image.dockerfile import Recipe

ROOT = Path(__file__).parents[3]
RECIPE = Recipe.read((ROOT / "Dockerfile").read_text())


def test_the_product_is_copied_whole() -> None:
    assert {source.strip("/") for source, _ in RECIPE.copies} == {
        "faust_app.py",
        "schemas",
        "topics",
        "processors",
        "streams",
    }
    assert all((ROOT / source).exists() for source, _ in RECIPE.copies)


def test_user_folder_and_commands_are_found() -> None:
    assert (RECIPE.user, RECIPE.folder) == ("10001:10001", "/app")
    assert RECIPE.start == ["tini", "--", "python", "faust_app.py", "worker"]
    assert RECIPE.probe[:2] == ["python", "-c"]
    assert RECIPE.environment["TZ"] == "UTC"
    assert RECIPE.environment["PATH"].startswith("/opt/venv/bin:")


def test_continued_lines_and_earlier_stages() -> None:
    text = (
        "FROM a AS b\nUSER 1\nFROM c\nENV A=1 \\\n    B='two words'\nCOPY --from=b x y\nCOPY p q\n"
    )
    found = Recipe.read(text)
    assert found.environment == {"A": "1", "B": "two words"}
    assert found.copies == [("p", "q")]
    assert found.user == "0:0"
