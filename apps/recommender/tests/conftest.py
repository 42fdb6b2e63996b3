from hypothesis import settings

settings.register_profile("engine", deadline=None, max_examples=50)
settings.load_profile("engine")
