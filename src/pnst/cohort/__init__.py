"""Many cases: planned from a table, made in worker processes, resumed case by case, collected into tables."""
