"""Which of pnst's masks the labels of other programs are, by the tables that those programs publish."""
