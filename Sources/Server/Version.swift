/// The version of the programs, and of the package that they come in.
public let version = "0.1.0"
