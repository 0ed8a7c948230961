# Kernel modules in the initial RAM disk: what it takes to reach the card. What is
# not here and not built in is loaded by the system itself, from its own folder.
fs/squashfs/
fs/overlayfs/
fs/ext4/
drivers/md/dm-verity

# SD cards and eMMC of the Raspberry Pis (3 and Zero 2 W; 3 and 4; 4, 5 and CM4),
# and what powers and clocks them.
drivers/mmc/host/bcm2835
drivers/mmc/host/sdhci-iproc
drivers/mmc/host/sdhci-brcmstb
drivers/pinctrl/bcm/
drivers/pinctrl/pinctrl-rp1
drivers/clk/clk-rp1
drivers/reset/reset-raspberrypi
drivers/regulator/fixed
drivers/regulator/gpio-regulator
drivers/gpio/gpio-brcmstb
drivers/irqchip/irq-bcm2712-mip

# The machine that the image is tested on.
drivers/block/virtio_blk
drivers/virtio/virtio_mmio
