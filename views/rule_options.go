package views

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"seaportal/internal/rule"
	"seaportal/views/ui"
)

// otherAttribute is the field of a condition on an attribute without a name of its own. The composer asks for that name in
// c[N].attr; together they are the field attr:NAME.
const otherAttribute = "attr:"

func mediaTypes() []ui.Option {
	return options(rule.MediaTypes(), rule.MediaType.Label)
}

func actions() []ui.Option {
	return options(rule.Actions(), rule.Action.Label)
}

func conditionOps() []ui.Option {
	return options(rule.Operators(), rule.Operator.Label)
}

func conditionFields() []ui.Option {
	all := []ui.Option{{Value: "", Label: "Choose…"}}
	for _, f := range rule.Fields() {
		all = append(all, ui.Option{Value: string(f), Label: f.Label(), Attrs: templ.Attributes{"data-operators": operatorsFor(f)}})
	}
	return append(all, ui.Option{Value: otherAttribute, Label: "Other attribute"})
}

// operatorsFor names the operators that fit a field, for the composer's script to offer no others.
func operatorsFor(f rule.Field) string {
	var names []string
	for _, o := range rule.OperatorsFor(f) {
		names = append(names, string(o))
	}
	return strings.Join(names, " ")
}

func priorities() []ui.Option {
	all := make([]ui.Option, 0, rule.MaxPriority)
	for n := rule.MinPriority; n <= rule.MaxPriority; n++ {
		o := ui.Option{Value: strconv.Itoa(n), Label: "P" + strconv.Itoa(n)}
		if n == rule.MinPriority {
			o.Label += " (first)"
		}
		all = append(all, o)
	}
	return all
}

// options makes the answers of a drop-down of values that know their own labels.
func options[T ~string](values []T, text func(T) string) []ui.Option {
	all := make([]ui.Option, 0, len(values))
	for _, v := range values {
		all = append(all, ui.Option{Value: string(v), Label: text(v)})
	}
	return all
}

func optionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return ui.Visible(value)
}

func ruleTone(state rule.State) ui.Tone {
	switch state {
	case rule.On:
		return ui.ToneOK
	case rule.Paused:
		return ui.ToneWarn
	case rule.Draft, rule.Deleted:
		return ui.ToneNone
	}
	return ui.ToneNone
}
