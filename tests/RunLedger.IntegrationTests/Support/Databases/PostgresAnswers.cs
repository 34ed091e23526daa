using System.Buffers.Binary;
using System.Text;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// Reads what a server says, in whatever pieces it comes.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html
/// </summary>
sealed class PostgresAnswers
{
    /// <summary>The server has answered all it was asked and waits.</summary>
    public const string Ready = "ReadyForQuery";

    const int Head = 5;
    readonly List<byte> _rest = [];

    /// <summary>
    /// The tag of each statement that is done (<c>COMMIT</c>, <c>SELECT 3</c>), and <see cref="Ready"/>.
    /// </summary>
    public List<string> Read(ReadOnlySpan<byte> piece)
    {
        _rest.AddRange(piece);
        var all = _rest.ToArray().AsSpan();
        var answers = new List<string>();
        while (all.Length >= Head
            && BinaryPrimitives.ReadInt32BigEndian(all[1..]) + 1 is var length
            && all.Length >= length)
        {
            if (all[0] == 'Z')
                answers.Add(Ready);
            else if (all[0] == 'C')
                answers.Add(Encoding.ASCII.GetString(all[Head..(length - 1)]));
            all = all[length..];
        }

        _rest.RemoveRange(0, _rest.Count - all.Length);
        return answers;
    }
}
