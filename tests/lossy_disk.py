"""A disk that a power cut leaves with what was synced, and with the worst of what was not."""

from collections.abc import Iterator
from pathlib import Path


class LossyDisk:
    """Remembers what a folder held when it was last synced."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contents: dict[int, bytes] = {}
        self._names: dict[str, int] = {}

    def sync(self, _: int = 0) -> None:
        """What is there now outlives a power cut."""
        self._names = dict(self._files())
        self._contents = {
            (self._root / name).stat().st_ino: (self._root / name).read_bytes()
            for name in self._names
        }

    def cut_power(self, after: Path) -> list[Path]:
        """What may be found then, as copies in the folder `after`: of the names that were given since
        the last sync none is there, or all are, or just one is, or all but one are. What was written
        since is zeros.
        """
        now = dict(self._files())
        given = {name: inode for name, inode in now.items() if self._names.get(name) != inode}
        states = [self._names, now]
        for name, inode in given.items():
            before = {name: self._names[name]} if name in self._names else {}
            rest = {other: there for other, there in now.items() if other != name}
            states += [self._names | {name: inode}, rest | before]
        sizes = {inode: (self._root / name).stat().st_size for name, inode in now.items()}
        return [self._lay_out(after / str(i), names, sizes) for i, names in enumerate(states)]

    def _files(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._root.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self._root)), path.stat().st_ino

    def _lay_out(self, folder: Path, names: dict[str, int], sizes: dict[int, int]) -> Path:
        for name, inode in names.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._contents.get(inode) or bytes(sizes[inode]))
        return folder
