# systemd: units, the user, directories, and the journal's catalog. What holds paths is made from its .in file.

systemdsystemunitdir = $(SYSTEMDSYSTEMUNITDIR)
systempresetdir      = $(SYSTEMPRESETDIR)
sysusersdir          = $(SYSUSERSDIR)
tmpfilesdir          = $(TMPFILESDIR)
catalogdir           = $(CATALOGDIR)

systemdsystemunit_DATA = systemd/beredd.service systemd/beredd.socket systemd/beredd-http.socket
sysusers_DATA          = systemd/sysusers.d/beredd.conf
tmpfiles_DATA          = systemd/tmpfiles.d/beredd.conf
dist_systempreset_DATA = systemd/50-beredd.preset
dist_catalog_DATA      = systemd/beredd.catalog

systemd_made = $(systemdsystemunit_DATA) $(sysusers_DATA) $(tmpfiles_DATA)
CLEANFILES  += $(systemd_made)
EXTRA_DIST  += systemd/beredd.service.in systemd/beredd.socket.in systemd/beredd-http.socket.in \
	systemd/sysusers.d/beredd.conf.in systemd/tmpfiles.d/beredd.conf.in

$(systemd_made): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed \
	  -e 's|@bindir[@]|$(bindir)|g' -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@docdir[@]|$(docdir)|g' -e 's|@confdir[@]|$(sysconfdir)/beredd|g' \
	  -e 's|@rundir[@]|$(runstatedir)/beredd|g' -e 's|@statedir[@]|$(localstatedir)/lib/beredd|g' \
	  $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
systemd/beredd.service: $(srcdir)/systemd/beredd.service.in
systemd/beredd.socket: $(srcdir)/systemd/beredd.socket.in
systemd/beredd-http.socket: $(srcdir)/systemd/beredd-http.socket.in
systemd/sysusers.d/beredd.conf: $(srcdir)/systemd/sysusers.d/beredd.conf.in
systemd/tmpfiles.d/beredd.conf: $(srcdir)/systemd/tmpfiles.d/beredd.conf.in

# The service does not start without this directory, even where no gateway needs a secret.
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)/beredd/credentials'
	chmod 0700 '$(DESTDIR)$(sysconfdir)/beredd/credentials'
