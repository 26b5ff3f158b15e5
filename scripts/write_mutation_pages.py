"""Write docs/coverage.md and docs/mutants.md from what is recorded. Run it after either record script."""

from pathlib import Path

from dsmip.files import write_atomically
from dsmip.mutation_pages import coverage_page, mutants_page

DOCS = Path(__file__).parent.parent / "docs"

if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    write_atomically(DOCS / "coverage.md", coverage_page())
    write_atomically(DOCS / "mutants.md", mutants_page())
