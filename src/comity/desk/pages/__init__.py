"""Whole pages as the app and commands show them: the day, the runs, the matrix, the timeline, people, sharing."""
