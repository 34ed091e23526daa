using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RunLedger.Service.Database.Sqlite;

/// <summary>Times as <c>sqlite.sql</c> keeps them: text whose order is the order of time.</summary>
sealed class SqliteTimeConverter() : ValueConverter<DateTime, string>(time => Write(time), text => Read(text))
{
    static string Write(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    static DateTime Read(string text) => DateTime.Parse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
