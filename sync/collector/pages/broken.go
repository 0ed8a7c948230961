package pages

import (
	"fmt"
	"net/http"
	"path"
	"runtime"
	"strings"

	"checkpoint/sync/collector/view"
)

var broken = &problem{http.StatusInternalServerError, view.Column{
	Vietnamese: "Trang này bị lỗi. Báo phòng công nghệ thông tin của tỉnh; nhật ký của máy chủ có ghi chỗ lỗi.",
	English:    "This page broke. Tell the province's IT office; the server's log says where.",
}}

// survive answers for a page whose code panicked, and logs where it did: a browser
// would get no answer, and nobody would hear of it. Called by defer alone.
func (r *request) survive() {
	x := recover()
	if x == nil {
		return
	}
	if x == http.ErrAbortHandler {
		panic(x)
	}
	r.Log.Error("page broke", "path", r.Path(), "error", whatBroke(x), "at", whereBroken())
	r.fail(broken)
}

// whatBroke is what a panic says, if the language itself says it: any other may
// hold what somebody typed.
func whatBroke(x any) string {
	if err, ok := x.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("panic with a %T", x)
}

// whereBroken are the lines of this program that were under way, the innermost first.
func whereBroken() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)]) // behind this, survive and the runtime
	var at []string
	for more := true; more && len(at) < 8; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "checkpoint/") {
			at = append(at, fmt.Sprintf("%s:%d", path.Base(f.File), f.Line))
		}
	}
	return strings.Join(at, " < ")
}
