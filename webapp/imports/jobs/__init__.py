"""What imports do in the background, and the same from the command line; importing this registers the jobs."""

from webapp.imports.jobs import entering, preview
from webapp.imports.jobs.command import import_file

__all__ = ["entering", "import_file", "preview"]
