package print_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"checkpoint/scanner/qr"
	"checkpoint/store/build/print"
)

const (
	place  = "https://tokhaiyte.vn/?page=Group.checkin&groupId=000000000000000000000001"
	person = "001090000011|012345678|Nguyễn Văn An|15081990|Nam|Số 7, Ngõ 12, Phúc Xá, Ba Đình, Hà Nội|10052021"
)

// declared has as many letters as a signed declaration.
var declared = "CHK1:" + strings.Repeat("6BFOXN*TS0BI$ZD-PHQ", 20)

func labels(t *testing.T) map[string]*print.Label {
	t.Helper()
	all := map[string]*print.Label{}
	for payload, size := range map[string][2]float64{
		place: {print.PlaceSide, print.PlaceDistance}, person: {print.HandSide, print.HandDistance}, declared: {print.HandSide, print.HandDistance},
	} {
		code, err := print.For(payload, size[0], size[1])
		if err != nil {
			t.Fatal(err)
		}
		all[payload] = &print.Label{Code: code, Side: size[0], Title: "Nhà văn hoá phường Phúc Xá & khu phố 7", Lines: []string{"Quét mã để khai báo", "Tổ trực: 024 0000 0113"}}
	}
	return all
}

const dpi = 150

// The files that go to a printing office are read at its coarsest, and from a
// picture of the paper held at an angle.
func TestPrintedLabelsAreRead(t *testing.T) {
	for payload, label := range labels(t) {
		pdf, err := label.PDF()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := label.PNG()
		if err != nil {
			t.Fatal(err)
		}
		for name, page := range map[string]*image.Gray{"pdf": rendered(t, pdf), "svg": drawn(t, label.SVG()), "png": decoded(t, picture)} {
			if side := codeSide(page) / dpi * 25.4; name != "png" && side < label.Side*0.85 { // without the quiet zone
				t.Errorf("%.20s: the code in the %s is %.1f mm wide, want %.0f with its quiet zone", payload, name, side, label.Side)
			}
			read(t, name, page, payload)
			if name == "png" { // twice as fine as the others
				continue
			}
			for _, lean := range []float64{0.1, 0.2} {
				read(t, fmt.Sprintf("%s, leaning by %g", name, lean), leaning(page, lean), payload)
			}
		}
	}
}

func read(t *testing.T, what string, page *image.Gray, want string) {
	t.Helper()
	var r qr.Reader
	codes := r.Read(qr.Image{Pix: page.Pix, Width: page.Rect.Dx(), Height: page.Rect.Dy(), Stride: page.Stride})
	if len(codes) != 1 || string(codes[0].Payload) != want {
		t.Errorf("%.20s: %s: read %d codes", want, what, len(codes))
	}
}

// rendered is a PDF at the resolution of a coarse printer.
func rendered(t *testing.T, pdf []byte) *image.Gray {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.png")
	if err := os.WriteFile(in, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.CommandContext(t.Context(), "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pnggray", "-r"+strconv.Itoa(dpi), "-o", out, in).CombinedOutput(); err != nil {
		t.Fatalf("ghostscript, which make deps installs: %v\n%s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

func decoded(t *testing.T, b []byte) *image.Gray {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewGray(m.Bounds())
	for y := range page.Rect.Dy() {
		for x := range page.Rect.Dx() {
			page.Set(x, y, color.GrayModel.Convert(m.At(x, y)))
		}
	}
	return page
}

// drawn is the code of an SVG at the same resolution: its size, where the path
// lies and its runs.
func drawn(t *testing.T, svg []byte) *image.Gray {
	t.Helper()
	numbers := func(pattern string) (list []float64) {
		found := regexp.MustCompile(pattern).FindSubmatch(svg)
		if found == nil {
			t.Fatalf("no %s in the SVG", pattern)
		}
		for _, s := range found[1:] {
			n, err := strconv.ParseFloat(string(s), 64)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, n)
		}
		return list
	}
	size := numbers(`width="([\d.]+)mm" height="([\d.]+)mm"`)
	path := numbers(`translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)`)
	page := image.NewGray(image.Rect(0, 0, int(size[0]/25.4*dpi), int(size[1]/25.4*dpi)))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	pixel := func(n int, from float64) int { return int(math.Round((from + float64(n)*path[2]) / 25.4 * dpi)) }
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`).FindAllSubmatch(svg, -1) {
		x, _ := strconv.Atoi(string(run[1]))
		y, _ := strconv.Atoi(string(run[2]))
		n, _ := strconv.Atoi(string(run[3]))
		for j := pixel(y, path[1]); j < pixel(y+1, path[1]); j++ {
			for i := pixel(x, path[0]); i < pixel(x+n, path[0]); i++ {
				page.Pix[j*page.Stride+i] = 0
			}
		}
	}
	return page
}

// codeSide is how wide the dark of a page is in the rows of the code, in pixels.
func codeSide(page *image.Gray) float64 {
	left, right := page.Rect.Dx(), 0
	for y := range page.Rect.Dx() / 2 {
		for x := range page.Rect.Dx() {
			if page.Pix[y*page.Stride+x] < 128 {
				left, right = min(left, x), max(right, x)
			}
		}
	}
	return float64(right - left + 1)
}

// leaning is the page as a camera sees it whose far edge is that much shorter,
// on grey, in dull light.
func leaning(page *image.Gray, lean float64) *image.Gray {
	w, h := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	out := image.NewGray(image.Rect(0, 0, int(w), int(h)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			v := (float64(y) - h/8) / (h * 3 / 4) // down the picture, 0 to 1
			near := 1 - lean*(1-v)                // one over the distance: linear in the picture
			depth := (1/(1-lean) - 1/near) / (1/(1-lean) - 1)
			u := (float64(x)-w/2)/(w*3/4*near) + 0.5
			grey := uint8(120)
			if u >= 0 && u < 1 && depth >= 0 && depth < 1 {
				grey = smooth(page, u*w, depth*h)
			}
			out.Pix[y*out.Stride+x] = grey/2 + 50
		}
	}
	return out
}

// smooth is the page between its pixels.
func smooth(page *image.Gray, x, y float64) uint8 {
	i, j := int(x), int(y)
	u, v := x-float64(i), y-float64(j)
	at := func(i, j int) float64 {
		return float64(page.GrayAt(min(i, page.Rect.Dx()-1), min(j, page.Rect.Dy()-1)).Y)
	}
	return uint8((at(i, j)*(1-u)+at(i+1, j)*u)*(1-v) + (at(i, j+1)*(1-u)+at(i+1, j+1)*u)*v)
}

// What is far away or short has large modules, and then corrects more.
func TestTheDistanceChoosesTheLevel(t *testing.T) {
	for _, c := range []struct {
		payload        string
		side, distance float64
		want           string
	}{
		{place, print.PlaceSide, print.PlaceDistance, "H"},
		{place, print.PlaceSide, 3, "Q"},
		{place, print.HandSide, print.HandDistance, "H"},
		{declared, print.HandSide, print.HandDistance, "H"},
		{declared, print.HandSide, 0.65, "M"},
		{place, print.PlaceSide, 6, ""},
		{strings.Repeat("a", 3000), print.PlaceSide, 0.3, ""},
	} {
		code, err := print.For(c.payload, c.side, c.distance)
		if got := ""; err == nil {
			got = code.Level()
			if got != c.want {
				t.Errorf("%.10s at %g m: level %s, want %q", c.payload, c.distance, got, c.want)
			}
		} else if c.want != "" {
			t.Errorf("%.10s at %g m: %v", c.payload, c.distance, err)
		}
	}
}

func TestAPictureSaysHowLargeItIs(t *testing.T) {
	for payload, label := range labels(t) {
		b, err := label.PNG()
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(b, []byte("pHYs"))
		if at < 0 {
			t.Fatal("no resolution in the file")
		}
		perMetre := float64(uint32(b[at+4])<<24 | uint32(b[at+5])<<16 | uint32(b[at+6])<<8 | uint32(b[at+7]))
		if mm := float64(decoded(t, b).Rect.Dx()) / perMetre * 1000; mm < label.Side || mm > label.Side*1.01 {
			t.Errorf("%.20s: %.2f mm, want %g", payload, mm, label.Side)
		}
	}
}

// A card that is printed again is the same file, so that a changed one is seen.
func TestTheSameCardIsTheSameFile(t *testing.T) {
	first, err := print.Lid{}.PDF()
	for range 20 { // the library keeps fonts in a map
		again, err := print.Lid{}.PDF()
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the card differs from the one before (%v)", err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
