package ui

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// qrQuiet is the empty border that readers need, in modules (ISO/IEC 18004).
const qrQuiet = 4

// qrPath draws a text as the path of a QR code, one unit a module, and tells
// the side of the square with its border. A text too long for a code gives an
// empty path.
func qrPath(text string) (path string, side int) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			begin := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > begin {
				b.WriteString("M" + strconv.Itoa(begin+qrQuiet) + " " + strconv.Itoa(y+qrQuiet) + "h" + strconv.Itoa(x-begin) + "v1h-" + strconv.Itoa(x-begin) + "z")
			}
		}
	}
	return b.String(), code.Size + 2*qrQuiet
}
