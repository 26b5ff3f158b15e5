"""All declarations of when a requirement matters, by requirement."""

from __future__ import annotations

from properties.when_clause_matters import IN_THE_CLAUSE
from properties.when_it_matters import by_requirement
from properties.when_rules_matter import IN_OTHER_DOCUMENTS

WHEN_IT_MATTERS = by_requirement((*IN_THE_CLAUSE, *IN_OTHER_DOCUMENTS))
