"""The shop window: a believable year, made through the same actions as everything else."""
