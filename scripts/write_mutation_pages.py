"""Write docs/coverage.md and docs/mutants.md from what is recorded. Run it after any of the record scripts."""

from pathlib import Path

from dsmip.coverage_page import coverage_page
from dsmip.files import write_atomically
from dsmip.mutation_pages import mutants_page

DOCS = Path(__file__).parent.parent / "docs"

if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    write_atomically(DOCS / "coverage.md", coverage_page())
    write_atomically(DOCS / "mutants.md", mutants_page())
