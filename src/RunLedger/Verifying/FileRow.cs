namespace RunLedger.Verifying;

/// <summary>A row that a file of the archive has.</summary>
/// <param name="Group">In which row group.</param>
/// <param name="Id">Its id.</param>
/// <param name="Hash">Its SHA-256, as commits have it.</param>
readonly record struct FileRow(int Group, Guid Id, byte[] Hash);
