# The device headers that NVRTC is given, as a table in C (headers.h). Included by a CMakeLists.txt
# it defines calx_device_headers(variable): the generated file, made anew when a header changes. Run
# as a script it makes that file: cmake -DOUT=... -DKERNELS=... -DINCLUDE=... -P headers.cmake.

# Names as they are included. All of them are read by nvcc, too.
set(calx_headers device.cuh types.cuh complex.cuh fast_div.cuh jit/prelude.cuh map/elements.cuh
    map/expressions.cuh fused/deal.cuh fused/special.cuh calx/dtypes.def calx/bessel_i0.def)

function(calx_header_file out name)
  if(name MATCHES "^calx/")
    set(${out} ${INCLUDE}/${name} PARENT_SCOPE)
  else()
    set(${out} ${KERNELS}/${name} PARENT_SCOPE)
  endif()
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(calx_headers_script ${CMAKE_CURRENT_LIST_FILE})
  function(calx_device_headers out)
    set(KERNELS ${PROJECT_SOURCE_DIR}/kernels)
    set(INCLUDE ${PROJECT_SOURCE_DIR}/include)
    set(files)
    foreach(name IN LISTS calx_headers)
      calx_header_file(file ${name})
      list(APPEND files ${file})
    endforeach()
    set(made ${CMAKE_CURRENT_BINARY_DIR}/jit_headers.c)
    add_custom_command(OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -DOUT=${made} -DKERNELS=${KERNELS} -DINCLUDE=${INCLUDE}
              -P ${calx_headers_script}
      DEPENDS ${files} ${calx_headers_script} VERBATIM)
    set(${out} ${made} PARENT_SCOPE)
  endfunction()
  return()
endif()

set(arrays)
set(table)
set(n 0)
foreach(name IN LISTS calx_headers)
  calx_header_file(file ${name})
  file(READ ${file} text)
  # comments are for people
  string(REGEX REPLACE "/\\*[^*]*\\*+([^/*][^*]*\\*+)*/" "" text "${text}")
  string(REGEX REPLACE "\n[ \n]*\n" "\n" text "${text}")
  file(WRITE ${OUT}.text "${text}")
  file(READ ${OUT}.text bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const char text_${n}[] = {\n${bytes}0};\n")
  string(APPEND table "    {\"${name}\", text_${n}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(REMOVE ${OUT}.text)
file(WRITE ${OUT} "/* Made by kernels/jit/headers.cmake. */\n#include \"jit/headers.h\"\n\n${arrays}\n"
     "const cuda_header cuda_headers[] = {\n${table}};\nconst int cuda_headers_count = ${n};\n")
