# Everything one types at Rinnalla. Each command first installs what it needs; a second run finds it done.
#
#   make demo                   a populated centre on http://localhost:8000   (WORLD=quiet|busy|night  PORT=8000)
#   make test                   all tests, on SQLite and on PostgreSQL        (ARGS='…' goes to pytest)
#   make check                  linters, types, the ladder, missing migrations and translations
#   make bench NAME=chat        a promise about speed, measured               (ARGS='--quick')
#   make serve                  the service itself, as set in the environment (ARGS='--port 8000')

.PHONY: help demo test check bench serve

help:
	@sed -n 's/^#   //p' Makefile

demo:
	@scripts/demo $(if $(WORLD),--world '$(WORLD)') $(if $(PORT),--port '$(PORT)') $(ARGS)

test:
	@scripts/test $(ARGS)

check:
	@scripts/check

bench:
	@scripts/bench '$(NAME)' $(ARGS)

serve:
	@scripts/serve $(ARGS)
