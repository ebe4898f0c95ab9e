package sheet_test

import (
	"testing"

	"seaportal/internal/sheet"
)

func TestNoTextIsAFormula(t *testing.T) {
	t.Parallel()
	for text, safe := range map[string]string{"": "", "Calls": "Calls", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "'=": "'="} {
		if got := sheet.Text(text); got != safe {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
