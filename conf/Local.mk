# conf: the example configuration, which works as it stands, and the presets of gateways

presetdir        = $(pkgdatadir)/presets
dist_preset_DATA = \
	conf/presets/46elks.ini \
	conf/presets/generic-form.ini \
	conf/presets/generic-json.ini \
	conf/presets/kannel.ini \
	conf/presets/twilio.ini

conf_files = \
	beredd.ini people.ini groups.ini sources.ini \
	rosters/TIB.ini rosters/KIB.ini \
	gateways/try.ini \
	gateways/elks.ini.example gateways/kannel.ini.example gateways/mail.ini.example gateways/twilio.ini.example \
	gateways/modem.ini.example gateways/provider.ini.example
conf_directory = $(DESTDIR)$(sysconfdir)/beredd
conf_paths     = sed -e 's|/var/lib/beredd|$(localstatedir)/lib/beredd|g'
EXTRA_DIST    += $(conf_files:%=conf/%)

# What an administrator wrote is never written over, and what an administrator changed is not removed.
install-data-hook:
	@for f in $(conf_files); do \
	  to='$(conf_directory)'/$$f; \
	  if test -e "$$to"; then echo "keeping $$to"; continue; fi; \
	  $(MKDIR_P) "$${to%/*}" && $(conf_paths) '$(srcdir)'/conf/$$f >"$$to" && chmod 0644 "$$to" || exit 1; \
	done

uninstall-hook:
	@for f in $(conf_files); do \
	  to='$(conf_directory)'/$$f; \
	  if $(conf_paths) '$(srcdir)'/conf/$$f | cmp -s - "$$to"; then rm -f "$$to"; fi; \
	done
