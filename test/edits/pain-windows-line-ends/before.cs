using System;

class A
{
    int x = 1;
}