-- Decides one batch of shoppers: who is nominated, who is a buyer already, for whom nothing is left.
--
-- KEYS  state (hash: epoch, seq, left, digest, reply), buyers (set)
-- ARGV  epoch, seq, sold, stock, then one shopper each: '+user' wants a unit, '?user' only asks
-- Reply {'DECIDED', one letter per shopper: N nominated, D duplicate, S sold out, U no buyer},
--       {'LOST'}, {'FENCED', epoch}, {'REWOUND', seq}, {'CORRUPT', why}
--
-- Everything is checked before anything is written, because a script that fails does not roll back.
-- Redis >= 6.2 or Valkey; no '#!lua' line, which 6.2 does not know.

local STATE, BUYERS = KEYS[1], KEYS[2]
local EPOCH, SEQ, SOLD, STOCK = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local FIRST = 5

-- A whole number exactly as this program writes it, so that equal numbers are equal strings.
local function is_whole(text)
  return text and #text <= 18 and (text == '0' or string.find(text, '^[1-9]%d*$') ~= nil)
end

-- Is it still my epoch, and the very next batch of it?

local kind = redis.call('TYPE', STATE).ok
if kind == 'none' then return {'LOST'} end
if kind ~= 'hash' then return {'CORRUPT', 'the state is no hash'} end

local stored = redis.call('HMGET', STATE, 'epoch', 'seq', 'left', 'digest', 'reply')
local epoch, seq, left, digest, reply = stored[1], stored[2], stored[3], stored[4], stored[5]

if not epoch then return {'LOST'} end
if not is_whole(epoch) then return {'CORRUPT', 'the epoch is no number'} end
if epoch ~= EPOCH then return {'FENCED', epoch} end
if not is_whole(seq) then return {'CORRUPT', 'the seq is no number'} end

-- Before the counts: a replay brings the counts of before it.
local my_digest = redis.sha1hex(table.concat(ARGV, ' '))
if seq == SEQ then
  if digest ~= my_digest then return {'CORRUPT', 'the seq was used with other arguments'} end
  if not reply or #reply ~= #ARGV - FIRST + 1 or string.find(reply, '[^NDSU]') then
    return {'CORRUPT', 'the stored reply is none'}
  end
  return {'DECIDED', reply}
end
if tonumber(seq) ~= tonumber(SEQ) - 1 then return {'REWOUND', seq} end

-- Does it have my counts?

kind = redis.call('TYPE', BUYERS).ok
if kind ~= 'set' and kind ~= 'none' then return {'CORRUPT', 'the buyers are no set'} end
local buyers = redis.call('SCARD', BUYERS)
if buyers ~= SOLD then
  return {'CORRUPT', string.format('%.0f buyers (expected: %.0f)', buyers, SOLD)}
end
if not is_whole(left) then return {'CORRUPT', 'left is no number'} end
left = tonumber(left)
if left ~= STOCK - SOLD then
  return {'CORRUPT', string.format('%.0f left (expected: %.0f)', left, STOCK - SOLD)}
end

-- Decide, in order.

local users = {}
for i = FIRST, #ARGV do users[#users + 1] = string.sub(ARGV[i], 2) end
local is_buyer = redis.call('SMISMEMBER', BUYERS, unpack(users))

local verdicts, nominated, is_nominated = {}, {}, {}
for i, user in ipairs(users) do
  if is_buyer[i] == 1 or is_nominated[user] then
    verdicts[i] = 'D'
  elseif string.sub(ARGV[FIRST + i - 1], 1, 1) == '?' then
    verdicts[i] = 'U'
  elseif #nominated == left then
    verdicts[i] = 'S'
  else
    verdicts[i] = 'N'
    nominated[#nominated + 1] = user
    is_nominated[user] = true
  end
end
reply = table.concat(verdicts)

-- Write. SADD comes first: without memory it is refused before anything has changed.

if #nominated > 0 then
  redis.call('SADD', BUYERS, unpack(nominated))
  redis.call('HSET', STATE, 'seq', SEQ, 'left', left - #nominated,
    'digest', my_digest, 'reply', reply)
end
return {'DECIDED', reply}
