from servicekit.worker import make_app

app = make_app("servicekit.tests.project")
