# cmake --install build/release --prefix DIRECTORY     the programs, configuration, unit, man page, completions
# (cd build/release && cpack -G DEB)                    alleycat_VERSION_ARCHITECTURE.deb
include(GNUInstallDirs)

install(TARGETS alleycatd alleycat-sim RUNTIME DESTINATION bin)
install(FILES config/alleycatd.8 DESTINATION share/man/man8)
install(FILES config/completion/alleycatd.bash DESTINATION share/bash-completion/completions RENAME alleycatd)
install(FILES config/completion/_alleycatd DESTINATION share/zsh/vendor-completions)
install(FILES README.md LICENSE config/mosquitto.conf DESTINATION share/doc/alleycat)

# Where the prefix is said at install time, the unit names it, and /usr has its configuration in /etc.
install(CODE "set(config \"${CMAKE_CURRENT_SOURCE_DIR}/config\")")
install(CODE [[
  set(etc "${CMAKE_INSTALL_PREFIX}/etc")
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(etc /etc)
  endif()
  file(INSTALL DESTINATION "${etc}/alleycat" TYPE FILE FILES "${config}/alleycat.toml")
  file(READ "${config}/alleycat.service" unit)
  string(REPLACE "/usr/bin/alleycatd" "${CMAKE_INSTALL_PREFIX}/bin/alleycatd" unit "${unit}")
  string(REPLACE "/etc/alleycat/" "${etc}/alleycat/" unit "${unit}")
  set(units "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
  file(MAKE_DIRECTORY "$ENV{DESTDIR}${units}")
  file(WRITE "$ENV{DESTDIR}${units}/alleycat.service" "${unit}")
  message(STATUS "Installing: $ENV{DESTDIR}${units}/alleycat.service")
]])

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME alleycat)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "alleycat <alleycat@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/config/debian/stage.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.52)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "mosquitto (>= 2)")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Bikes send one message a second over MQTT, WebSocket or a Kinesis-compatible
stream API. One daemon ranks riders live, keeps every rider's personal best
at every second of a race, and serves it all to browsers.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_SOURCE_DIR}/config/debian/conffiles ${CMAKE_CURRENT_SOURCE_DIR}/config/debian/postinst
    ${CMAKE_CURRENT_SOURCE_DIR}/config/debian/prerm ${CMAKE_CURRENT_SOURCE_DIR}/config/debian/postrm)
include(CPack)
