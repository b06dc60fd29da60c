#!/usr/bin/env python3
"""Writes dist/MODULE-VERSION.zip and SHA256SUMS: sorted names, one time and one mode, so that the same files give the same bytes."""

import ast
import hashlib
import pathlib
import shutil
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ("pos_offline", "pdc_pos_offline")
EPOCH = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__", ".gitignore"}


def fill(module):
    """Puts the built package where the addon serves it from."""
    package = ROOT / "pkg"
    if not (package / "index.js").exists():
        sys.exit("build-addon: pkg/ is not built; run make build")
    target = ROOT / "addons" / module / "static" / "lib" / "pkg"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(package.iterdir()):
        # The page imports index.js, a worker load.js; the other entries are for other places.
        hashed = path.name.startswith("pos_offline") and path.suffix != ".ts"
        if hashed or path.name in ("index.js", "load.js", "LICENSE"):
            shutil.copyfile(path, target / path.name)


def pack(module, dist):
    folder = ROOT / "addons" / module
    version = ast.literal_eval((folder / "__manifest__.py").read_text())["version"]
    archive = dist / f"{module}-{version}.zip"
    files = [path for path in folder.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts) and path.suffix != ".pyc"]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
            entry = zipfile.ZipInfo(f"{module}/{path.relative_to(folder).as_posix()}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            out.writestr(entry, path.read_bytes())
    return archive


def main():
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    lines = []
    for module in MODULES:
        if not (ROOT / "addons" / module / "__manifest__.py").exists():
            continue
        if module == "pos_offline":
            fill(module)
        archive = pack(module, dist)
        lines.append(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    (dist / "SHA256SUMS").write_text("".join(lines))
    print("".join(lines), end="")


main()
