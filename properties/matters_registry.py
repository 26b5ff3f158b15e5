"""All declarations of when a requirement matters, by requirement."""

from __future__ import annotations

from properties.when_clause_matters import IN_THE_CLAUSE
from properties.when_it_matters import by_requirement
from properties.when_rules_matter import OTHER_RULES
from properties.when_ue_rules_matter import MOBILE_NODE

WHEN_IT_MATTERS = by_requirement((*IN_THE_CLAUSE, *MOBILE_NODE, *OTHER_RULES))
