/// What came of trying one candidate.
public enum Candidate<Claim> {
    case opened(Claim)
    /// Another program has it, or another process of this one; which one it is cannot be told.
    case heldElsewhere
    /// It is not one of those that the options ask for, as this text says.
    case unwanted(String)
}
