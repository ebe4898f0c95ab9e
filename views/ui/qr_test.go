package ui

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"
)

func TestQRDrawsEveryModuleInsideItsBorder(t *testing.T) {
	t.Parallel()
	text := "https://sea.example.com/d/9VXQ2M4T0C8AYW7FK1NRZL5EHS"
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	path, side := qrPath(text)
	drawn := map[[2]int]bool{}
	for _, run := range strings.Split(strings.TrimPrefix(path, "M"), "M") {
		var x, y, long, back int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h-%dz", &x, &y, &long, &back); err != nil || long != back {
			t.Fatal(run, err)
		}
		for i := range long {
			drawn[[2]int{x + i, y}] = true
		}
	}
	for y := range side {
		for x := range side {
			if drawn[[2]int{x, y}] != code.Black(x-qrQuiet, y-qrQuiet) {
				t.Fatalf("module %d, %d is wrong", x, y)
			}
		}
	}
	if path, _ := qrPath(strings.Repeat("x", 5000)); path != "" {
		t.Error("a text that is too long was drawn")
	}
}
