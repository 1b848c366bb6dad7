namespace Patterns.RlsTesting;

/// <summary>What a probe tries.</summary>
public enum ProbeCommand
{
    /// <summary>Make the rows that the others need. Appears only when it failed: the table was not probed.</summary>
    Fixture,

    /// <summary>SELECT of the other tenant's row; of a view, of anything that shows it.</summary>
    Select,

    /// <summary>count(*) of the other tenant's rows.</summary>
    Count,

    /// <summary>SELECT ... FOR UPDATE of the other tenant's row.</summary>
    SelectForUpdate,

    /// <summary>INSERT of a row that says it is the other tenant's.</summary>
    InsertAsOther,

    /// <summary>INSERT of one's own row under the other's key. A key that means something and is refused as taken tells that the other has it.</summary>
    InsertWithOthersId,

    /// <summary>INSERT ... ON CONFLICT DO UPDATE that meets the other tenant's row.</summary>
    InsertOnConflict,

    /// <summary>UPDATE of the other tenant's row, with a WHERE and, so that no SELECT policy helps, without one.</summary>
    Update,

    /// <summary>UPDATE that makes one's own rows the other tenant's.</summary>
    UpdateMove,

    /// <summary>DELETE of the other tenant's row, with a WHERE and, so that no SELECT policy helps, without one.</summary>
    Delete,

    /// <summary>SELECT with <c>row_security = off</c>, which PostgreSQL refuses exactly to those who are subject to policies.</summary>
    RowSecurityOff,

    /// <summary>A cheap function in the WHERE of a query on a view, which sees rows before the view's own WHERE takes them away.</summary>
    PushDown,

    /// <summary>SELECT of one's own row: must reach it.</summary>
    ReadOwn,

    /// <summary>INSERT of one's own row: must reach the table.</summary>
    InsertOwn,

    /// <summary>UPDATE of one's own row: must reach it.</summary>
    UpdateOwn,

    /// <summary>DELETE of one's own row: must reach it.</summary>
    DeleteOwn,
}
