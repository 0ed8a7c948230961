//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/detect"
	"checkpoint/device/camera"
	"checkpoint/device/node"
)

func detectCommand() *cli.Command {
	system := node.Here()
	return &cli.Command{
		Name: "detect", Short: "máy đang cắm những gì, và dòng cấu hình / what is plugged in, with the lines for the configuration",
		Examples: []string{"checkpointctl detect", "sudo checkpointctl detect   # hỏi được cả camera và chân / may ask cameras and pins, too"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&system.Sys, "sys", system.Sys, "where the kernel shows devices")
			f.StringVar(&system.Dev, "dev", system.Dev, "where the device nodes are")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("detect: unexpected argument %q", args[0])
			}
			found, err := detect.All(system)
			printFound(io, found)
			return cli.Hint(err, "nêu thư mục của sysfs bằng --sys / --sys names the folder where sysfs is mounted")
		},
	}
}

// kindTexts say what a device is.
var kindTexts = map[string]string{
	config.KindHIDPOS:   "máy quét, chế độ HID-POS / scanner in HID-POS mode",
	config.KindSerial:   "cổng COM / COM port",
	config.KindKeyboard: "bàn phím, hoặc máy quét gõ như bàn phím / keyboard, or a scanner that types",
	detect.KindHID:      "thiết bị HID khác / another HID device",
	config.KindCamera:   "camera",
	detect.KindGPIO:     "chân GPIO / GPIO chip",
}

// oddTexts say why it cannot be used, and what to do; NODE stands for its node.
var oddTexts = map[detect.Oddity]string{
	detect.NotAllowed:  "dịch vụ không có quyền mở: cài systemd/70-checkpoint.rules, rồi cắm lại / the service may not open it: install systemd/70-checkpoint.rules, then plug it in again",
	detect.NoLink:      "tên này đổi khi cắm lại: cài systemd/70-checkpoint.rules / this name changes when it is replugged: install systemd/70-checkpoint.rules",
	detect.Soldered:    "cổng trên bo mạch: cho dịch vụ mở bằng systemctl edit checkpointd / a port of the board: let the service open it with systemctl edit checkpointd: [Service] DeviceAllow=NODE rw",
	detect.WrongMode:   "nếu là máy quét: đặt sang HID-POS hoặc COM bằng mã trong sách hướng dẫn / if it is a scanner: set it to HID-POS or COM mode with the code in its manual",
	detect.NoReport:    "máy quét không gửi nội dung mã qua HID-POS: đặt sang COM / the scanner reports no codes over HID-POS: set it to COM mode",
	detect.NotAnswered: "không hỏi được: thử lại với sudo / cannot be asked: try again with sudo",
	detect.NoCapture:   "không cho hình / gives no pictures",
	detect.NoFormat:    "không có định dạng ảnh nào đọc được (GREY, NV12, MJPEG, YUYV) / has no format that can be read (GREY, NV12, MJPEG, YUYV)",
	detect.NoNames:     "không có chân nào có tên và còn trống / no line that has a name and is free",
}

func printFound(io cli.IO, found []detect.Found) {
	io.Out = cli.Plain(io.Out) // what a device calls itself is the device's
	readers, chips := 0, 0
	for _, f := range found {
		fmt.Fprintf(io.Out, "%s  %s", kindTexts[f.Kind], f.Node)
		if f.USB != (node.USB{}) {
			fmt.Fprintf(io.Out, "  %s", f.USB)
		}
		if f.Text != "" {
			fmt.Fprintf(io.Out, "  %s", strings.Join(strings.Fields(f.Text), " ")) // one line, whatever it holds
		}
		fmt.Fprintln(io.Out)
		if f.Odd != "" {
			fmt.Fprintf(io.Out, "    ! %s\n", strings.ReplaceAll(oddTexts[f.Odd], "NODE", f.Node))
		}
		if len(f.Modes) > 0 {
			fmt.Fprintf(io.Out, "    %s\n", modes(f.Modes))
		}
		if isReader(f) {
			readers++
			printReader(io, f, readers)
		}
		if len(f.Lines) > 0 {
			chips++
			printLines(io, f, chips)
		}
	}
	if readers == 0 {
		fmt.Fprintln(io.Out, "Không thấy máy quét nào dùng được. Kiểm tra dây USB; máy quét phải ở chế độ HID-POS, COM hoặc bàn phím.")
		fmt.Fprintln(io.Out, "No usable scanner found. Check the USB cable; the scanner must be in HID-POS, COM or keyboard mode.")
	}
}

func isReader(f detect.Found) bool {
	switch f.Kind {
	case config.KindHIDPOS, config.KindSerial, config.KindKeyboard:
		return f.Odd != detect.NoReport
	case config.KindCamera:
		return f.Odd != detect.NoCapture && f.Odd != detect.NoFormat && f.Odd != detect.NotAnswered
	}
	return false
}

// modes are a camera's formats in one line.
func modes(list []camera.Mode) string {
	var words []string
	for _, m := range list {
		words = append(words, m.String())
	}
	return strings.Join(words, ", ")
}

// printReader prints a section to copy. Without a stable path a USB device is
// named by its product, which stays.
func printReader(io cli.IO, f detect.Found, n int) {
	name := "scanner"
	if f.Kind == config.KindCamera {
		name = "camera"
	}
	if n > 1 {
		name = fmt.Sprintf("%s-%d", name, n)
	}
	fmt.Fprintf(io.Out, "    [[lane.reader]]\n    name = %q\n    kind = %q\n", name, f.Kind)
	if f.Path == f.Node && f.Kind != config.KindSerial && f.USB != (node.USB{}) {
		fmt.Fprintf(io.Out, "    usb = %q\n", f.USB)
		return
	}
	fmt.Fprintf(io.Out, "    path = %q\n", f.Path)
}

// printLines prints the names of a GPIO chip's lines, as many to a line as fit,
// below the beginning of a section to copy. Which line has which wire only the
// technician knows.
func printLines(io cli.IO, f detect.Found, n int) {
	if n == 1 {
		fmt.Fprint(io.Out, "    [lane.gate]\n    driver = \"gpio\"\n")
	}
	fmt.Fprint(io.Out, "    # green = , relay = , fire_contact = …: tên chân đã đấu dây / the name of the line with the wire, one of\n")
	for rest := f.Lines; len(rest) > 0; {
		n := min(8, len(rest))
		fmt.Fprintf(io.Out, "    # %s\n", strings.Trim(fmt.Sprintf("%q", rest[:n]), "[]"))
		rest = rest[n:]
	}
}
