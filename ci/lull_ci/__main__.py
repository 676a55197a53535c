from lull_ci.command_line import run

run()
