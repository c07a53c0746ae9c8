"""The engines: `memory` for trial runs and simulation, `dbos` for everything else."""
