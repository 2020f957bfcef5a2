namespace DurableTask.PostgreSQL.Storage;

/// <summary>The statements of a group commit, with the number of columns of each.</summary>
internal sealed class CommitSql(SqlText sql)
{
    public string Channel { get; } = sql.Channel;

    public string Fence { get; } = sql["Fence"];

    public RowsStatement InsertInstances { get; } = sql.Rows("InsertInstances", 19);

    public RowsStatement InsertStarted { get; } = sql.Rows("InsertStarted", 8);

    public string AnnounceWork { get; } = sql["AnnounceWork"];

    public string DeleteHistory { get; } = sql["DeleteHistory"];

    public RowsStatement InsertHistory { get; } = sql.Rows("InsertHistory", 3);

    public RowsStatement UpdateInstances { get; } = sql.Rows("UpdateInstances", 7);

    public RowsStatement Checkpoint { get; } = sql.Rows("Checkpoint", 3, 7);

    public RowsStatement RenewInstances { get; } = sql.Rows("RenewInstances", 6);

    public RowsStatement ReleaseInstances { get; } = sql.Rows("ReleaseInstances", 3);

    public string InsertInbox { get; } = sql["InsertInbox"];

    public string DeleteInbox { get; } = sql["DeleteInbox"];

    public string LastCommit { get; } = sql["LastCommit"];

    public string CreatedAmong { get; } = sql["CreatedAmong"];

    public string ReleasedAmong { get; } = sql["ReleasedAmong"];
}
