"""Static files: collected when one of them changed, named by what is in them."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class HashedModules(CompressedManifestStaticFilesStorage):
    """Also puts hashed names into the imports of our own modules.

    So each of them may be kept for ever, and a page never runs modules of two builds together.
    Only ours: other packages' bundles merely look as if they imported by relative paths.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("zones/*.js", _IMPORTS))
    # A module's name depends on those it imports, theirs on what they import, and so on.
    max_post_process_passes = 12


def collect() -> bool:
    """Collect, unless what was collected is still what there is; returns whether it did."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    state = _state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, clear=stamp.parent.exists(), verbosity=0)
    stamp.write_text(state)
    return True


def _state() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
