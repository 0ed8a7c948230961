# U-Boot: starts one of the card's two systems, takes one try off it, and goes on
# to the other when none is left. image/slots is the other reader and writer of
# the state, image/DESIGN.md has the rules. U-Boot's numbers are hexadecimal.
# Nothing here waits for anybody, and every way out is a start or a reset.

# Where things go in memory: 512 MiB are enough, from where the machine has them.
if test "${devtype}" = virtio; then
  setenv ram 40000000
  setenv console console=ttyAMA0
else
  setenv ram 0
  setenv console console=tty0
fi
setexpr kernel_at ${ram} + 4000000
setexpr kernel_comp_addr_r ${ram} + 8000000
setenv kernel_comp_size 4000000
setexpr initrd_at ${ram} + c000000
setexpr head_at ${ram} + e000000
setexpr state_at ${ram} + e100000
setexpr sum_at ${ram} + e200000
if test -z "${fdt_addr}"; then setenv fdt_addr ${fdtcontroladdr}; fi
# Out of the way of what is read below: whoever started U-Boot laid it anywhere.
setexpr fdt_at ${ram} + e300000
if fdt move ${fdt_addr} ${fdt_at} 40000; then setenv fdt_addr ${fdt_at}; fi
${devtype} dev ${devnum}

# The state: two copies of 8 sectors, at 4 and 12 MiB; the newer one counts.
setenv names serial first a_left a_proven b_left b_proven
setenv load '${devtype} read ${state_at} ${copy} 8 && env import -c ${state_at} 1000 ${names}'
setenv newest none
setenv copy 2000
if run load; then
  setenv newest 2000
  setenv one ${serial}
fi
setenv copy 6000
if run load; then
  if test ${newest} = none; then
    setenv newest 6000
  elif itest ${serial} -gt ${one}; then
    setenv newest 6000
  fi
fi
setenv next 2000
if test ${newest} = 2000; then
  setenv copy 2000
  run load
  setenv next 6000
elif test ${newest} = none; then
  echo "slot state lost: as a new card"
  setenv serial 0
  setenv first A
  setenv a_left 3
  setenv a_proven 0
  setenv b_left 3
  setenv b_proven 0
fi
# It is on the card before the system starts.
setenv save 'setexpr serial ${serial} + 1 && env export -c -s 1000 ${state_at} ${names} && ${devtype} write ${state_at} ${next} 8'

# Which one: the first with tries left; when none has any, both begin anew.
if test ${first} = B; then
  setenv order B A
else
  setenv order A B
fi
setenv choose 'setenv slot none; for s in ${order}; do setenv left ${b_left}; if test ${s} = A; then setenv left ${a_left}; fi; if test ${slot} = none; then if itest ${left} -gt 0; then setenv slot ${s}; fi; fi; done'
run choose
if test ${slot} = none; then
  setenv a_left 3
  setenv b_left 3
  run choose
fi
if test ${slot} = A; then
  setexpr a_left ${a_left} - 1
  setenv part 2
else
  setexpr b_left ${b_left} - 1
  setenv part 3
fi
run save

# Its last 32 MiB: what is there, with checksums, then the kernel and the initial
# RAM disk.
setenv fetch 'part start ${devtype} ${devnum} ${part} from && part size ${devtype} ${devnum} ${part} sectors && setexpr from ${from} + ${sectors} && setexpr from ${from} - 10000'
setenv head '${devtype} read ${head_at} ${from} 8 && env import -c ${head_at} 1000 kernel_start kernel_sectors kernel_bytes kernel_crc kernel_swapped initrd_start initrd_sectors initrd_bytes initrd_crc initrd_swapped'
# Some boards' crc32 stores the other end first.
setenv same 'itest.l *${sum_at} -eq ${crc} || itest.l *${sum_at} -eq ${swapped}'
setenv kernel 'setexpr at ${from} + ${kernel_start} && ${devtype} read ${kernel_at} ${at} ${kernel_sectors} && crc32 ${kernel_at} ${kernel_bytes} ${sum_at} && setenv crc ${kernel_crc} && setenv swapped ${kernel_swapped} && run same'
setenv initrd 'setexpr at ${from} + ${initrd_start} && ${devtype} read ${initrd_at} ${at} ${initrd_sectors} && crc32 ${initrd_at} ${initrd_bytes} ${sum_at} && setenv crc ${initrd_crc} && setenv swapped ${initrd_swapped} && run same'
if run fetch && run head && run kernel && run initrd; then
  echo "starting slot ${slot}"
  setenv bootargs "slot=${slot} rauc.slot=${slot} panic=10 ${console} loglevel=4"
  booti ${kernel_at} ${initrd_at}:${initrd_bytes} ${fdt_addr}
fi

# Still here: the kernel is rotten, or none. Not this system again.
echo "slot ${slot} does not start"
if test ${slot} = A; then
  setenv a_left 0
else
  setenv b_left 0
fi
if test ${next} = 6000; then setenv next 2000; else setenv next 6000; fi
run save
reset
