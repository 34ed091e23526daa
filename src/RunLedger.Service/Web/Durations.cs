using Microsoft.AspNetCore.Components;
using RunLedger.Folding;

namespace RunLedger.Service.Web;

/// <summary>How long a row took, or takes; what ended before it started is shown as that.</summary>
static class Durations
{
    public static RenderFragment Of(DateTime? started, DateTime? ended, DateTime now, RunStatus status) => builder =>
    {
        if (started is not { } from)
        {
            builder.AddContent(0, "–");
        }
        else if (ended is { } to)
        {
            if (to < from)
            {
                builder.OpenElement(1, "span");
                builder.AddAttribute(2, "class", "skew");
                builder.AddAttribute(3, "title", "It ended before it started: the clocks of its publishers disagree.");
                builder.AddContent(4, $"⚠ {Phrases.Long(to - from)}");
                builder.CloseElement();
            }
            else
            {
                builder.AddContent(5, Phrases.Long(to - from));
            }
        }
        else if (status.EndsRun())
        {
            builder.AddContent(6, "–");
        }
        else
        {
            builder.OpenElement(7, "span");
            builder.AddAttribute(8, "class", "open");
            builder.AddContent(9, $"{Phrases.Long(now > from ? now - from : TimeSpan.Zero)}…");
            builder.CloseElement();
        }
    };
}
