package page_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"checkpoint/console/messages"
	"checkpoint/console/page"
)

// tree is the page as a screen reader is given it by the browser.
type tree map[accessibility.NodeID]*accessibility.Node

func treeOf(ctx context.Context, t *testing.T) tree {
	t.Helper()
	all := tree{}
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		got, err := cdp.Call(ctx, to, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		for _, n := range got.Nodes {
			all[n.NodeID] = n
		}
		return err
	}))
	if err != nil || len(all) == 0 {
		t.Fatal(err, len(all))
	}
	return all
}

func said(v *accessibility.Value) (text string) {
	if v != nil {
		_ = json.Unmarshal(v.Value, &text) // what is no text is not said
	}
	return text
}

// words are what is read out of a node and all below it.
func (all tree) words(n *accessibility.Node) (text string) {
	if said(n.Role) == "StaticText" {
		return said(n.Name) + " "
	}
	for _, id := range n.ChildIDs {
		if below := all[id]; below != nil {
			text += all.words(below)
		}
	}
	return text
}

// A screen reader is told the verdict and its reason at once, in the page's
// language, and every button and field by a name.
func TestAScreenReaderIsTold(t *testing.T) {
	s := page.New(page.Config{Box: "hd-0412", Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	ctx := browser(t)
	turn := uint64(0)
	for _, lang := range []messages.Lang{messages.Vietnamese, messages.English} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 480), chromedp.Navigate(web.URL+"/?lang="+string(lang))); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"idle", "green", "amber-a03", "red-r02", "not-read", "unplugged"} {
			turn++
			view := screens()[name]
			view.Turn = turn
			s.Show(view)
			look(ctx, t, turn)
			all := treeOf(ctx, t)
			var alerts []string
			for _, n := range all {
				role := said(n.Role)
				if role == "alert" && !n.Ignored {
					alerts = append(alerts, all.words(n))
				}
				if slices.Contains([]string{"button", "link", "textbox", "dialog"}, role) && !n.Ignored && said(n.Name) == "" {
					t.Errorf("%s, %s: a %s without a name", name, lang, role)
				}
			}
			word, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".word").textContent + "|" + document.querySelector(".reason").textContent + "|" + document.documentElement.lang`))
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(word, "|")
			if parts[2] != string(lang) || !slices.ContainsFunc(alerts, func(a string) bool { return strings.Contains(a, parts[0]) && strings.Contains(a, parts[1]) }) {
				t.Errorf("%s, %s: %q is read out as %q", name, lang, word, alerts)
			}
		}
	}
}
