"""Schwannoma or meningioma: the question of intradural extramedullary tumours."""
