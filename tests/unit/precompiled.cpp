// A precompiled header is made only for a target with a file that uses it; main.cpp includes Catch2 in another way.
