"""The engine behind Backline's Recommender port."""
