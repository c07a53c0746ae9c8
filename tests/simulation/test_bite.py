"""Every guard that the bite takes out still stands where it says: a mutation that does not apply proves nothing."""

import pytest

from simulation.bite.mutations import MUTATIONS, Mutation
from simulation.bite.running import ROOT, applied, source_of


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_applies_to_the_source_and_names_tests_that_are_there(mutation: Mutation) -> None:
    source = source_of(mutation).read_text()
    mutated = applied(mutation, source)
    assert mutated is not None
    assert mutated != source
    compile(mutated, mutation.file, "exec")
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutation.tests)


def test_each_has_a_name_of_its_own() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
