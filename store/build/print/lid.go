package print

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
)

// Lid is the card inside the lid of a box: what its lamps say, which screw is
// which, and whom to call. The empty fields are lines to write on.
type Lid struct{ Box, Site, Hotline string }

// pair is a sentence in both languages.
type pair struct{ vi, en string }

// section is a heading and its rows.
type section struct {
	head pair
	rows [][2]pair
}

// same is a word that both languages share.
func same(word string) pair { return pair{word, ""} }

// wires are lines of the board with the pins that they come out at: whoever counts
// pins by the number of a line would find the supply.
func wires(lines, pins string) pair { return pair{"GPIO " + lines, "chân / pins " + pins} }

// lidSections say no more than docs/signals.md and docs/install.md do; a test
// compares them with the wiring that the daemon has.
func lidSections() []section {
	return []section{
		{pair{"Đèn nhỏ trên máy: số nháy rồi nghỉ", "LED on the box: flashes, then a pause"}, [][2]pair{
			{same("1"), {"máy tốt", "the box is well"}},
			{same("2"), {"chưa có cấu hình: xem checkpoint-status.txt trên thẻ", "no configuration: see checkpoint-status.txt on the card"}},
			{same("3"), {"không có mạng: xem dây, bộ phát; máy vẫn kiểm tra được", "no network: look at cable and router; people are checked as usual"}},
			{same("4"), {"chờ văn phòng duyệt: gọi, đọc mã trong checkpoint-status.txt", "waiting for approval: call, read out the code in checkpoint-status.txt"}},
			{same("5"), {"chưa có dữ liệu: cắm USB của tỉnh", "no data: plug in the province's stick"}},
			{same("6"), {"giờ chưa đúng: nối mạng, hoặc máy chủ giờ trong checkpoint.toml", "clock not trusted: connect it, or name a time server in checkpoint.toml"}},
			{same("–"), {"tắt hẳn: xem nguồn và thẻ", "dark: look at the supply and the card"}},
		}},
		{pair{"Đèn làn", "Lamps of the lane"}, [][2]pair{
			{{"xanh", "green"}, {"mời qua", "go"}},
			{{"vàng nháy đều", "amber, even"}, {"kiểm tra giấy tờ", "check the papers"}},
			{{"đỏ nháy đôi", "red, double"}, {"dừng lại", "stop"}},
			{{"đỏ và vàng luân phiên", "red and amber by turns"}, {"máy lỗi: kiểm tra bằng mắt, ghi sổ", "the machine fails: check by eye, write it down"}},
		}},
		{pair{"Dây, chỉ 3,3 V (đầu 40 chân)", "Wires, 3.3 V only (40-pin header)"}, [][2]pair{
			{wires("17, 27, 22", "11, 13, 15"), {"đèn xanh, vàng, đỏ", "lamps green, amber, red"}},
			{wires("23, 24", "16, 18"), {"đèn trên máy, còi", "LED on the box, buzzer"}},
			{wires("25", "22"), {"rơ-le mở cổng", "relay of the gate"}},
			{wires("5, 6, 13", "29, 31, 33"), {"báo cháy, cửa, nắp (đóng khi nghỉ)", "fire, door, cover (closed at rest)"}},
			{wires("16, 12", "36, 32"), {"cảm biến qua, nút ra", "passage sensor, exit button"}},
			{wires("19, 20, 26, 21", "35, 38, 37, 40"), {"nút 1, 2, 3, xe ưu tiên", "buttons 1, 2, 3, priority vehicle"}},
			{same("GND"), {"đất: chân 6, 9, 14, 20, 25, 30, 34, 39", "ground: those pins of the header"}},
		}},
		{pair{"Luôn đúng", "Always"}, [][2]pair{
			{same("!"), {"báo cháy và nút ra cắt thẳng nguồn khoá, không qua máy", "fire alarm and exit button cut the lock's own supply, not through the box"}},
			{same("!"), {"rút điện lúc nào cũng được; đừng rút thẻ khi máy đang chạy", "the plug may be pulled at any time; the card never while it runs"}},
			{same("!"), {"không gì mở cổng mà không được ghi", "nothing opens the gate unrecorded"}},
		}},
	}
}

// PDF is one page of A5.
func (l Lid) PDF() ([]byte, error) {
	const width, height, edge = 148.0, 210.0, 9.0
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	f.SetCatalogSort(true)
	f.SetCreationDate(time.Unix(0, 0)) // the same card gives the same file
	f.SetModificationDate(time.Unix(0, 0))
	f.SetMargins(edge, edge, edge)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("dejavu", "", dejavusans.TTF)
	f.AddUTF8FontFromBytes("dejavu", "B", dejavusansbold.TTF)
	f.AddPage()
	y := edge + 3.5
	tooWide := ""
	put := func(x, size float64, style, text string) {
		f.SetFont("dejavu", style, size)
		if x+f.GetStringWidth(text) > width-edge {
			tooWide = text
		}
		f.Text(x, y, text)
	}
	put(edge, 13, "B", "Máy kiểm soát / Checkpoint box")
	y += 6
	for _, line := range [][2]string{{"Máy / box", l.Box}, {"Nơi / place", l.Site}, {"Kỹ thuật / technician", l.Hotline}} {
		put(edge, 8, "", line[0])
		put(edge+38, 8, "", line[1])
		f.Line(edge+38, y+0.8, width-edge, y+0.8)
		y += 5.2
	}
	for _, s := range lidSections() {
		y += 1.7
		f.SetFillColor(226, 232, 238)
		f.Rect(edge, y-3.4, width-2*edge, 4.8, "F")
		put(edge+1, 7.6, "B", s.head.vi+" / "+s.head.en)
		y += 5
		for _, row := range s.rows {
			put(edge+1, 7, "B", row[0].vi)
			put(edge+36, 7, "", row[1].vi)
			y += 3.2
			put(edge+1, 6, "", row[0].en)
			put(edge+36, 6, "", row[1].en)
			y += 3.4
		}
	}
	if y > height-edge || tooWide != "" {
		return nil, fmt.Errorf("it does not fit onto the card: %q", tooWide)
	}
	var file bytes.Buffer
	if err := f.Output(&file); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return file.Bytes(), nil
}
