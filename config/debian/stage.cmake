# What Debian wants beside `cmake --install`, in the folder that becomes the package.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
execute_process(COMMAND gzip -9nf ${root}/usr/share/man/man8/alleycatd.8 COMMAND_ERROR_IS_FATAL ANY)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${root}/usr/share/doc/alleycat)
file(REMOVE ${root}/usr/share/doc/alleycat/LICENSE)
