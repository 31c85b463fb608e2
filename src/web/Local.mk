# src/web: pages for people. Built into libapi.a; see src/api/Local.mk.
