package handlers

import (
	"github.com/labstack/echo/v4"

	"seaportal/models"
	"seaportal/views"
)

// addDownloads adds a page of a file's receipts, newest first.
func (h *Files) addDownloads(c echo.Context, p models.Placement, in *views.FileShowProps) error {
	ctx, unit, _ := ofUnit(c)
	after, _ := number(c.QueryParam("after"))
	before, _ := number(c.QueryParam("before"))
	page, err := h.receipts.Of(ctx, unit, p.ID, after, before)
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		in.Receipts = append(in.Receipts, views.Receipt{
			ID: row.ID, At: row.At, LastAt: when(row.LastAt), By: row.By, Via: string(row.Via), Address: row.Address,
			Requests: row.Requests, Bytes: row.Bytes, Complete: row.Complete,
		})
	}
	if n := len(page.Rows); n > 0 {
		in.NewerReceipts = beside(c, page.Newer, "before", page.Rows[0].ID)
		in.OlderReceipts = beside(c, page.Older, "after", page.Rows[n-1].ID)
	}
	return nil
}
