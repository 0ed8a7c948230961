package rig

import (
	"context"

	"github.com/chromedp/chromedp"
)

// Browser starts a real one, Debian's chromium, without a window. Tabs are made
// of the context with [chromedp.NewContext]; close ends it. More are further
// options.
func Browser(ctx context.Context, more ...chromedp.ExecAllocatorOption) (browser context.Context, closeIt func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("disable-renderer-backgrounding", true))
	allocator, end := chromedp.NewExecAllocator(ctx, append(options, more...)...)
	browser, endBrowser := chromedp.NewContext(allocator)
	closeIt = func() { endBrowser(); end() }
	if err := chromedp.Do(browser); err != nil {
		closeIt()
		return nil, nil, err
	}
	return browser, closeIt, nil
}
