#!/usr/bin/env bash
# Quartz 4.7.3 and Cronos 0.13.0 read the same six fields, and both take "0 0 9 ? * 2" without a word: to Quartz it is every Monday, as
# its days of the week begin with Sunday as 1, and to Cronos every Tuesday. Who moves schedules from Quartz to Cronos (MassTransit's
# users write cron for Quartz) has them all a day late, unless the days have names. Expected: "Quartz Monday, Cronos Tuesday" and,
# for MON, "Quartz Monday, Cronos Monday".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/days.cs" << 'CS'
#:package Quartz@4.7.3
#:package Cronos@0.13.0

var from = new DateTime(2026, 4, 1, 12, 0, 0, DateTimeKind.Utc);
foreach (var cron in new[] { "0 0 9 ? * 2", "0 0 9 ? * MON" })
{
    var quartz = new Quartz.CronExpression(cron, TimeZoneInfo.Utc).GetNextValidTimeAfter(from);
    var cronos = Cronos.CronExpression.Parse(cron, Cronos.CronFormat.IncludeSeconds).GetNextOccurrence(from);
    Console.WriteLine($"Quartz {quartz!.Value.DayOfWeek}, Cronos {cronos!.Value.DayOfWeek}");
}
CS
seen=$(cd "$folder" && dotnet run days.cs)
echo "$seen"
[[ $seen == $'Quartz Monday, Cronos Tuesday\nQuartz Monday, Cronos Monday' ]] || { echo "CHANGED" && exit 1; }
