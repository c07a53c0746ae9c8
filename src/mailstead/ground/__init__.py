"""Words and rules that every chapter shares: errors, plans, time, names. Imports nothing of ours."""
