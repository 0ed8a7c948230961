package main

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"golang.org/x/sys/unix"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
)

func cpu() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

func main() {
	runtime.LockOSThread()
	n := flag.Int("n", 100, "")
	seed := flag.Uint64("seed", 1, "")
	kind := flag.String("kind", "card", "")
	tilt := flag.Float64("tilt", -1, "")
	dump := flag.String("dump", "", "")
	verbose := flag.Bool("v", false, "")
	prof := flag.String("prof", "", "")
	flag.Parse()
	var list []frames.Frame
	for i := range *n {
		f := frames.Make(frames.Kind(*kind), *seed, uint64(i), *tilt)
		list = append(list, f)
		if *dump != "" {
			os.MkdirAll(*dump, 0o755)
			name := fmt.Sprintf("%s-%d-%04d.pgm", *kind, *seed, i)
			os.WriteFile(filepath.Join(*dump, name), append([]byte(fmt.Sprintf("P5\n%d %d\n255\n", frames.Width, frames.Height)), f.Pix...), 0o644)
			t, _ := os.OpenFile(filepath.Join(*dump, "truth.tsv"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			fmt.Fprintf(t, "%s\t%s\t%s\ttilt %.0f mod %.2f blur %.2f motion %.1f noise %.1f glare %v\n", name, *kind, hex.EncodeToString(f.Payload), f.Tilt, f.Module, f.Blur, f.Motion, f.Noise, f.Glare)
			t.Close()
		}
	}
	if *prof != "" {
		p, _ := os.Create(*prof)
		pprof.StartCPUProfile(p)
		defer pprof.StopCPUProfile()
	}
	var r qr.Reader
	good, wrong := 0, 0
	var times []time.Duration
	for i, f := range list {
		t := cpu()
		codes := r.Read(qr.Image{Pix: f.Pix, Width: frames.Width, Height: frames.Height, Stride: frames.Width})
		times = append(times, cpu()-t)
		ok := false
		for _, c := range codes {
			if bytes.Equal(c.Payload, f.Payload) {
				ok = true
			} else {
				wrong++
				fmt.Printf("WRONG %d %q\n", i, c.Payload)
			}
		}
		if ok {
			good++
		} else if *verbose {
			fmt.Printf("miss %d tilt %.0f mod %.2f blur %.2f motion %.1f noise %.1f glare %v\n", i, f.Tilt, f.Module, f.Blur, f.Motion, f.Noise, f.Glare)
		}
	}
	slices.Sort(times)
	fmt.Printf("%s: read %d of %d, wrong %d; median %v p95 %v max %v\n", *kind, good, *n, wrong, times[len(times)/2], times[len(times)*95/100], times[len(times)-1])
}
